#!/bin/sh
# How somebody set up a production machine of the farm by hand: provision.sh broker|worker|client, as root on a fresh
# Debian 12. It knows nothing of images/: what is captured from such a machine is what our nodes are compared with.
set -eu
role=$1
export DEBIAN_FRONTEND=noninteractive

# Nothing starts before the machine boots.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
  ca-certificates iproute2 openssh-client openssh-server procps python3 systemd systemd-sysv
case $role in
broker) apt-get install -y -qq --no-install-recommends redis-server redis-tools ;;
worker) apt-get install -y -qq --no-install-recommends python3-celery python3-pil python3-redis ;;
client) apt-get install -y -qq --no-install-recommends python3-celery python3-pil python3-pytest python3-redis ;;
esac
rm /usr/sbin/policy-rc.d

groupadd --gid 2001 render
useradd --create-home --uid 2001 --gid render --shell /bin/bash render
ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime
echo Etc/UTC >/etc/timezone
echo LANG=C.UTF-8 >/etc/default/locale
systemctl enable ssh.service

# The application is the same files on every machine; /srv/application is where they were handed over.
unit() {
  install -D -m 0644 -t /opt/thumbnails /srv/application/*.py
  install -m 0644 "/srv/application/$1.service" /etc/systemd/system/
  systemctl enable "$1.service"
  echo APPLICATION=hardened >/etc/environment
  mkdir -p /etc/systemd/system.conf.d
  printf '[Manager]\nDefaultEnvironment="APPLICATION=hardened"\n' >/etc/systemd/system.conf.d/farm.conf
}
case $role in
broker)
  printf 'bind 0.0.0.0\nprotected-mode no\nport 6379\ndir /var/lib/redis\nappendonly yes\nmaxmemory 64mb\nmaxmemory-policy noeviction\n' >/etc/redis/redis.conf
  systemctl enable redis-server.service
  ;;
worker) unit worker ;;
client) unit intake ;;
esac
