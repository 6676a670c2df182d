// Package shim opens the provider's internal package to our own main.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// NewProvider gives the SDK v2 half of the provider: containers, networks, volumes, images, tags.
func NewProvider() *schema.Provider { return provider.New("5.2.0")() }
