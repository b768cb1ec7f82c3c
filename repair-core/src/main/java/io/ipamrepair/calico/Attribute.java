package io.ipamrepair.calico;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who holds an allocated address, as a block says (reference, section 3.1).
 *
 * @param handleId the handle as written
 * @param secondary pod, namespace, node, type…; empty when absent
 * @param alternateOwner the second owner of an address during a live migration; empty when absent
 * @param releasedAt when the address was released, if it is cooling down and holds nothing any more
 * @param settled whether its endpoint and its handle agree with it in everything that a rule asks;
 *     then only its node is kept of it, and endpoint and handle are not in the state
 */
public record Attribute(
    Optional<String> handleId,
    Map<String, String> secondary,
    Map<String, String> alternateOwner,
    Optional<Instant> releasedAt,
    boolean settled) {
  /**
   * The pseudo-handle of the addresses that Windows reserves in each block; it has no handle key.
   */
  public static final String WINDOWS_RESERVED = "windows-reserved-ipam-handle";

  private static final Set<String> VIRTUAL_MACHINE =
      Set.of("vmi-name", "vmi-uid", "vm-uid", "vmim-uid");

  /** What Go's {@code time.String()} writes; a monotonic reading may follow. */
  private static final Pattern GO_TIME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}) (\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?) ([+-]\\d{2})(\\d{2})\\b.*");

  static Attribute read(Fields fields) {
    return new Attribute(
        fields.optionalText("handle_id"),
        fields.textMap("secondary"),
        fields.textMap("alternateOwnerAttrs"),
        fields.time("releasedAt"),
        false);
  }

  /** What is kept of a settled workload's attribute. */
  static Attribute settledOn(String node) {
    return new Attribute(Optional.empty(), Map.of("node", node), Map.of(), Optional.empty(), true);
  }

  /**
   * The handle, cut at the first {@code \r} that some migrated data has (reference, section 2.3);
   * nothing when there is none.
   */
  public Optional<String> handle() {
    return handleId
        .map(id -> id.indexOf('\r') < 0 ? id : id.substring(0, id.indexOf('\r')))
        .filter(id -> !id.isEmpty());
  }

  /** A member of {@code secondary}; nothing when it is absent or empty. */
  public Optional<String> secondary(String name) {
    return Optional.ofNullable(secondary.get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * The node that uses the address, which differs from the block's owner when the address is
   * borrowed.
   */
  public Optional<String> node() {
    return secondary("node");
  }

  /**
   * When the address was allocated, as Calico's CNI plugin notes it; nothing when it is absent, as
   * for tunnels, or no time.
   */
  public Optional<Instant> allocatedAt() {
    return secondary("timestamp").flatMap(Attribute::goTime);
  }

  private static Optional<Instant> goTime(String text) {
    Matcher matcher = GO_TIME.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      String iso =
          matcher.group(1) + "T" + matcher.group(2) + matcher.group(3) + ":" + matcher.group(4);
      return Optional.of(OffsetDateTime.parse(iso).toInstant());
    } catch (DateTimeException notATime) {
      return Optional.empty();
    }
  }

  public boolean isWindowsReserved() {
    return handleId.isPresent()
        && handle().map(id -> id.toLowerCase(Locale.ROOT).equals(WINDOWS_RESERVED)).orElse(false);
  }

  public boolean isVirtualMachine() {
    return VIRTUAL_MACHINE.stream()
        .anyMatch(name -> secondary.containsKey(name) || alternateOwner.containsKey(name));
  }

  /** Whether a service holds the address: that it does cannot be checked in etcd. */
  public boolean isService() {
    return secondary.containsKey("service")
        || secondary("type").filter("LoadBalancer"::equals).isPresent()
        || handle().filter(id -> id.startsWith("lb-")).isPresent();
  }

  /** Whether a node's tunnel holds the address. */
  public boolean isTunnel() {
    return secondary("type").filter(type -> type.endsWith("TunnelAddress")).isPresent()
        || handle().filter(id -> id.contains("-tunnel-addr-")).isPresent();
  }
}
