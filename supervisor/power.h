#ifndef MNEMOD_POWER_H
#define MNEMOD_POWER_H

/*
 * 1 if the machine runs on battery: a battery of its own discharges and no
 * other supply is online.  `dir' is /sys/class/power_supply, of
 * sysfs-class-power in the kernel's ABI documentation; what cannot be read
 * counts for nothing.
 */
int power_on_battery(const char *dir);

#endif
