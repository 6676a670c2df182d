// The docker plugin of @pulumi/docker 5.2.0, built where the vendor's download host cannot be reached: the vendor's
// bridge over the same upstream Terraform provider, unpatched.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

const version = "5.2.0"

func main() {
	tfbridge.Main("docker", version, provider(), []byte("{}"))
}

func provider() tfbridge.ProviderInfo {
	return tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(shim.NewProvider()),
		Name:    "docker",
		Version: version,
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": {Tok: resource("container", "Container")},
			"docker_image":     {Tok: resource("remoteImage", "RemoteImage")},
			"docker_network":   {Tok: resource("network", "Network")},
			"docker_tag":       {Tok: resource("tag", "Tag")},
			"docker_volume":    {Tok: resource("volume", "Volume")},
		},
	}
}

func resource(module, name string) tokens.Type {
	return tokens.Type("docker:index/" + module + ":" + name)
}
