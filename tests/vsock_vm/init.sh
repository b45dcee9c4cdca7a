#!/bin/sh
# The first process of the machine: loads the kernel modules that the command line names, runs /test/main.py, powers off.
export PATH=/bin HOME=/root PYTHONPATH=/test PYTHONUNBUFFERED=1
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
ip link set lo up
load() {
  for module in $(echo "$1" | tr , ' '); do
    [ ! -e "/modules/$module.ko" ] || insmod "/modules/$module.ko"
  done
}
load virtio,virtio_ring,virtio_pci_legacy_dev,virtio_pci_modern_dev,virtio_pci,virtio_mmio 2>/dev/null
for word in $(cat /proc/cmdline); do
  case $word in modules=*) load "${word#modules=}" ;; esac
done
cd /test
python3 /test/main.py $(cat /test/arguments)
echo "MACHINE DONE $?"
poweroff -f
