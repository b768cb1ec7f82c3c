package io.ipamrepair.calico;

import io.ipamrepair.json.Json;

/**
 * The configuration that Calico's IPAM reads in etcd (reference, section 3.4).
 *
 * @param strictAffinity whether a node may use its own blocks only
 * @param autoAllocateBlocks whether nodes may claim new blocks; <em>false when the member is
 *     missing</em>
 * @param maxBlocksPerHost 0: 20 by Calico's default
 * @param persistence {@code Enabled}, {@code Disabled} or empty
 * @param cooldownSeconds how long a released address rests
 */
public record IpamConfig(
    boolean strictAffinity,
    boolean autoAllocateBlocks,
    long maxBlocksPerHost,
    String persistence,
    long cooldownSeconds) {
  /** What Calico uses when there is no configuration. */
  public static IpamConfig whenAbsent() {
    return new IpamConfig(false, true, 0, "Enabled", 0);
  }

  static IpamConfig read(Json.Obj json) {
    Fields fields = Fields.of(json);
    return new IpamConfig(
        fields.bool("strict_affinity"),
        fields.bool("auto_allocate_blocks"),
        fields.int64("maxBlocksPerHost"),
        fields.text("kubeVirtVMAddressPersistence"),
        fields.int64("ipCooldownSeconds"));
  }

  /** How many blocks of a family a node may have: Calico uses 20 where nothing is set. */
  public long blockLimit() {
    return maxBlocksPerHost > 0 ? maxBlocksPerHost : 20;
  }
}
