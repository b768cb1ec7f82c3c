package io.ipamrepair.bench;

/**
 * What one run of a program cost, from its start to its end.
 *
 * @param wall seconds that passed
 * @param cpu seconds of processors, its own and the kernel's for it
 * @param resident the most memory that it had at once, in bytes
 * @param etcdCpu seconds of processors that the etcd spent meanwhile, whatever for
 */
record Cost(double wall, double cpu, long resident, double etcdCpu) {
  double residentMib() {
    return resident / (double) (1 << 20);
  }
}
