package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;

/**
 * The name of an object in findings, plans and JSON output, as rules.md fixes it: {@code
 * block:10.64.64.0/26}. Sorted by text.
 *
 * @param text kind, colon, name
 */
public record ObjectName(String text) implements Comparable<ObjectName> {
  /** The IPAM configuration. */
  public static final ObjectName CONFIG = new ObjectName("config");

  /** The cluster information. */
  public static final ObjectName CLUSTER = new ObjectName("cluster");

  public static ObjectName pool(String name) {
    return new ObjectName("pool:" + name);
  }

  public static ObjectName block(Cidr cidr) {
    return new ObjectName("block:" + cidr);
  }

  public static ObjectName affinity(Owner owner, Cidr cidr) {
    return new ObjectName("affinity:" + owner + ":" + cidr);
  }

  public static ObjectName handle(String id) {
    return new ObjectName("handle:" + id);
  }

  public static ObjectName node(String name) {
    return new ObjectName("node:" + name);
  }

  public static ObjectName endpoint(EndpointId id) {
    return new ObjectName("wep:" + id);
  }

  public static ObjectName address(IpAddress address) {
    return new ObjectName("address:" + address);
  }

  public static ObjectName key(String label) {
    return new ObjectName("key:" + label);
  }

  /** The part in front of the first colon: {@code pool}, {@code block}… */
  public String kind() {
    int colon = text.indexOf(':');
    return colon < 0 ? text : text.substring(0, colon);
  }

  @Override
  public int compareTo(ObjectName other) {
    return text.compareTo(other.text);
  }

  // Written out, as those of Cidr are.

  @Override
  public boolean equals(Object other) {
    return other instanceof ObjectName that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
