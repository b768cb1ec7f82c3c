package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Since when what findings name is as it is. Says nothing of what they do not name: a finding may
 * be younger than its objects.
 */
public final class Since {
  private static final String LEAK = "W3";
  private static final String ADDRESS =
      ObjectName.address(IpAddress.read("::").orElseThrow()).kind();

  private final IpamState state;
  private final NetworkIndex blocks;
  private final Map<ObjectName, Long> lastWrites = new HashMap<>();

  private Since(IpamState state, Set<ObjectName> named) {
    this.state = state;
    this.blocks = new NetworkIndex(state.blocks().keySet());
    // Two keys may stand for one object (rule K3).
    state
        .all()
        .forEach(
            stored -> {
              if (named.contains(stored.object())) {
                lastWrites.merge(stored.object(), stored.modRevision(), Math::max);
              }
            });
  }

  /** Looks up what {@code findings}, all of them of {@code state}, name. */
  public static Since of(IpamState state, Collection<Finding> findings) {
    return new Since(
        state,
        findings.stream()
            .flatMap(finding -> finding.objects().stream())
            .collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * The revision of the last write of any object of {@code finding}, an address standing for the
   * blocks that contain it. Nothing when one of them is not in etcd: when it went is not known.
   */
  public OptionalLong revision(Finding finding) {
    long latest = 0;
    for (ObjectName object : finding.objects()) {
      Optional<Long> lastWrite = lastWrite(object);
      if (lastWrite.isEmpty()) {
        return OptionalLong.empty();
      }
      latest = Math.max(latest, lastWrite.get());
    }
    return OptionalLong.of(latest);
  }

  private Optional<Long> lastWrite(ObjectName object) {
    return address(object)
        .map(
            address ->
                blocks.containing(address).stream()
                    .map(cidr -> state.blocks().get(cidr).modRevision())
                    .max(Long::compare))
        .orElseGet(() -> Optional.ofNullable(lastWrites.get(object)));
  }

  private static Optional<IpAddress> address(ObjectName object) {
    return object.kind().equals(ADDRESS)
        ? IpAddress.read(object.text().substring(ADDRESS.length() + 1))
        : Optional.empty();
  }

  /**
   * When the leaked address of a finding of W3 was allocated, as its attribute says; nothing for
   * any other rule, and where no time is noted. With several allocations the oldest.
   */
  public Optional<Instant> allocated(Finding finding) {
    return finding.rule().equals(LEAK)
        ? address(finding.first()).flatMap(this::allocated)
        : Optional.empty();
  }

  private Optional<Instant> allocated(IpAddress address) {
    return blocks.containing(address).stream()
        .map(cidr -> allocated(cidr, address))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  private Optional<Instant> allocated(Cidr cidr, IpAddress address) {
    int ordinal = cidr.ordinal(address);
    return state
        .blocks()
        .get(cidr)
        .value()
        .filter(block -> block.holds(ordinal))
        .flatMap(block -> block.attribute(ordinal))
        .flatMap(Attribute::allocatedAt);
  }
}
