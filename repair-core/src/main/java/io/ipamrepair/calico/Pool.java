package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * An IP pool (reference, section 3.5). Absent settings read as Calico's defaults.
 *
 * @param metadata names and times
 * @param cidrText the CIDR as written, may have host bits or be no CIDR at all; absent when the
 *     member is
 * @param blockSize prefix length of its blocks; 26 or 122 when absent or 0
 * @param disabled whether nothing new is allocated from it; it owns its blocks all the same
 * @param ipipMode {@code Never}, {@code Always} or {@code CrossSubnet}
 * @param vxlanMode {@code Never}, {@code Always} or {@code CrossSubnet}
 * @param natOutgoing whether traffic that leaves the pools is masqueraded
 * @param disableBgpExport whether nothing inside it is announced
 * @param nodeSelector which nodes may take blocks of it
 * @param namespaceSelector which namespaces' pods may take addresses of it; empty: all
 * @param allowedUses as written; empty when absent, which Calico reads as Workload and Tunnel
 * @param assignmentMode {@code Automatic} or {@code Manual}
 */
public record Pool(
    Metadata metadata,
    Optional<String> cidrText,
    long blockSize,
    boolean disabled,
    String ipipMode,
    String vxlanMode,
    boolean natOutgoing,
    boolean disableBgpExport,
    String nodeSelector,
    String namespaceSelector,
    List<String> allowedUses,
    String assignmentMode) {
  static Pool read(Json.Obj json) {
    Fields resource = Fields.of(json);
    resource.object("status");
    Fields spec = resource.object("spec");
    Optional<String> cidrText = spec.optionalText("cidr");
    IpFamily family =
        cidrText.flatMap(CidrText::read).map(text -> text.address().family()).orElse(IpFamily.IPV4);
    long blockSize = spec.int64("blockSize");
    return new Pool(
        Metadata.read(resource),
        cidrText,
        blockSize != 0 ? blockSize : BlockSizes.defaultOf(family),
        spec.bool("disabled"),
        spec.optionalText("ipipMode").filter(mode -> !mode.isEmpty()).orElse("Never"),
        spec.optionalText("vxlanMode").filter(mode -> !mode.isEmpty()).orElse("Never"),
        spec.bool("natOutgoing"),
        spec.bool("disableBGPExport"),
        spec.optionalText("nodeSelector").filter(selector -> !selector.isEmpty()).orElse("all()"),
        spec.text("namespaceSelector"),
        spec.texts("allowedUses"),
        spec.optionalText("assignmentMode").filter(mode -> !mode.isEmpty()).orElse("Automatic"));
  }

  /** The CIDR as written, host bits and all; nothing when it is absent or no CIDR. */
  public Optional<CidrText> cidr() {
    return cidrText.flatMap(CidrText::read);
  }

  /** Its masked CIDR: where it stands for everything but rule P1. */
  public Optional<Cidr> network() {
    return cidr().map(CidrText::network);
  }

  public boolean isIpip() {
    return !ipipMode.equals("Never");
  }

  public boolean isVxlan() {
    return !vxlanMode.equals("Never");
  }

  /** Whether pods may get addresses of it, and nodes blocks for them. */
  public boolean allowsWorkloads() {
    return allowedUses.isEmpty() || allowedUses.contains("Workload");
  }
}
