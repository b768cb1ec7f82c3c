package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;

/** What a key in etcd stands for (reference, section 2.1). */
public sealed interface CalicoKey {
  /** The object that findings and reports name. */
  ObjectName object();

  /**
   * An IPAM block.
   *
   * @param cidr the masked CIDR of the key
   * @param canonical whether this is the one key that Calico itself would use for it (rule K3)
   */
  record BlockKey(Cidr cidr, boolean canonical) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.block(cidr);
    }
  }

  /** The claim of a node, or of something virtual, on a block. */
  record AffinityKey(Owner owner, Cidr cidr, boolean canonical) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.affinity(owner, cidr);
    }
  }

  /** Who holds which addresses. */
  record HandleKey(String id) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.handle(id);
    }
  }

  /** A legacy bare host key, {@code /calico/ipam/v2/host/NODE}. */
  record HostRecordKey(String node, String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.key(label);
    }
  }

  /** The IPAM configuration that Calico's IPAM reads in etcd. */
  record ConfigKey() implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.CONFIG;
    }
  }

  /** An IP pool. */
  record PoolKey(String name) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.pool(name);
    }
  }

  /** A node. */
  record NodeKey(String name) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.node(name);
    }
  }

  /** A workload endpoint. */
  record EndpointKey(EndpointId id) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.endpoint(id);
    }
  }

  /** The cluster information, whose only legal name is {@code default}. */
  record ClusterInformationKey(String name, String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return name.equals("default") ? ObjectName.CLUSTER : ObjectName.key(label);
    }
  }

  /** Another resource of Calico's that this tool reads: its kind in the plural, as in the key. */
  record ResourceKey(String plural, String name, String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.key(label);
    }
  }

  /**
   * A key of a resource that this tool reads, with the wrong number of segments or a name that is
   * not UTF-8 (rule K4). Its value is not read.
   */
  record MisplacedResourceKey(String plural, String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.key(label);
    }
  }

  /** A key below Calico's IPAM prefix of no form that is known (rule K1). Its value is not read. */
  record UnknownIpamKey(String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.key(label);
    }
  }

  /** A key that is none of this tool's business. */
  record ForeignKey(String label) implements CalicoKey {
    @Override
    public ObjectName object() {
      return ObjectName.key(label);
    }
  }
}
