package io.ipamrepair.cni;

import io.ipamrepair.cidr.Cidr;

/** Where Calico keeps things (reference, section 2). */
final class Keys {
  static final String CONFIG = "/calico/ipam/v2/config";
  static final String HANDLES = "/calico/ipam/v2/handle/";
  static final String BLOCKS = "/calico/ipam/v2/assignment/ipv4/block/";
  static final String HOSTS = "/calico/ipam/v2/host/";
  static final String POOLS = resources("ippools");
  static final String NODES = resources("nodes");
  static final String ENDPOINTS = resources("workloadendpoints");

  private Keys() {}

  private static String resources(String kind) {
    return "/calico/resources/v3/projectcalico.org/" + kind + "/";
  }

  static String block(Cidr cidr) {
    return BLOCKS + segment(cidr);
  }

  static String affinities(String node) {
    return HOSTS + node + "/ipv4/block/";
  }

  static String affinity(String node, Cidr cidr) {
    return affinities(node) + segment(cidr);
  }

  private static String segment(Cidr cidr) {
    return cidr.toString().replace('/', '-');
  }

  /** The CIDR of a block's or an affinity's key. */
  static Cidr cidr(String key) {
    return Cidr.of(key.substring(key.lastIndexOf('/') + 1).replace('-', '/'));
  }

  /** The node of an affinity's key. */
  static String node(String affinity) {
    return affinity.substring(HOSTS.length(), affinity.indexOf('/', HOSTS.length()));
  }

  static String handle(String id) {
    return HANDLES + id;
  }

  static String endpoint(Pod pod) {
    return ENDPOINTS + pod.namespace() + "/" + pod.endpointName();
  }
}
