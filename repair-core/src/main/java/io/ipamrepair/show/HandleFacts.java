package io.ipamrepair.show;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Reading;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.CidrText;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * A handle, or what addresses say of one that has no key.
 *
 * @param id its ID
 * @param exists whether it has a key, readable or not
 * @param unreadable why its value cannot be read
 * @param entries its counts beside the real numbers, by block
 * @param holdings the addresses that name it, with who uses them
 */
public record HandleFacts(
    String id,
    boolean exists,
    Optional<String> unreadable,
    List<Entry> entries,
    List<Holding> holdings,
    List<Trace> traces)
    implements Facts {
  /**
   * A block in a handle.
   *
   * @param block the block's CIDR, as the handle writes it
   * @param counted how many addresses the handle counts in it; nothing where it does not name it
   * @param real how many addresses in it name the handle
   * @param blockExists whether there is such a block
   */
  public record Entry(String block, OptionalLong counted, long real, boolean blockExists) {
    /** Whether count and reality agree. */
    public boolean agrees() {
      return counted.isPresent() && counted.getAsLong() == real;
    }
  }

  /** An address that names the handle, and who uses it. */
  public record Holding(Place place, List<AddressFacts.User> users) {}

  /** What must be known whole of a state to tell all of a handle. */
  public static Focus focus(String id) {
    return Focus.handle(id);
  }

  static HandleFacts of(Survey survey, String id) {
    Optional<Stored<Handle>> stored = Optional.ofNullable(survey.state().handles().get(id));
    List<Holding> holdings =
        survey
            .readableBlocks()
            .flatMap(
                block -> heldBy(block, id).stream().map(ordinal -> survey.place(block, ordinal)))
            .map(place -> new Holding(place, AddressFacts.users(survey, place.address())))
            .toList();
    return new HandleFacts(
        id,
        stored.isPresent(),
        stored.flatMap(HandleFacts::reason),
        entries(survey, stored.flatMap(Stored::value), holdings),
        holdings,
        traces(survey.state().layout(), id));
  }

  private static List<Integer> heldBy(Block block, String id) {
    return block.held().stream()
        .filter(
            ordinal ->
                block.attribute(ordinal).flatMap(Attribute::handle).filter(id::equals).isPresent())
        .toList();
  }

  private static Optional<String> reason(Stored<Handle> stored) {
    return stored.reading() instanceof Reading.Unreadable<Handle> unreadable
        ? Optional.of(unreadable.reason())
        : Optional.empty();
  }

  private static List<Entry> entries(
      Survey survey, Optional<Handle> handle, List<Holding> holdings) {
    Map<String, Long> real = new TreeMap<>();
    holdings.forEach(held -> real.merge(held.place().block().toString(), 1L, Long::sum));
    Map<String, Entry> entries = new TreeMap<>();
    real.forEach(
        (block, number) ->
            entries.put(block, new Entry(block, OptionalLong.empty(), number, true)));
    handle
        .map(Handle::counts)
        .ifPresent(
            counts ->
                counts.forEach(
                    (block, count) ->
                        entries.put(
                            block,
                            new Entry(
                                block,
                                OptionalLong.of(count),
                                real.getOrDefault(block, 0L),
                                blockExists(survey, block)))));
    return List.copyOf(entries.values());
  }

  private static boolean blockExists(Survey survey, String block) {
    return CidrText.read(block)
        .filter(CidrText::isCanonical)
        .map(CidrText::network)
        .filter(survey.state().blocks()::containsKey)
        .isPresent();
  }

  private static List<Trace> traces(KeyLayout layout, String id) {
    return List.of(Trace.of(ObjectName.handle(id), layout.handleKey(id)));
  }

  boolean isKnown() {
    return exists || !holdings.isEmpty();
  }

  /** Whether it is the pseudo-handle of Windows' reservations, which has no key. */
  public boolean isWindowsReservation() {
    return id.toLowerCase(Locale.ROOT).equals(Attribute.WINDOWS_RESERVED);
  }

  @Override
  public ObjectName object() {
    return ObjectName.handle(id);
  }

  /** Itself and its addresses. */
  @Override
  public Set<ObjectName> own() {
    Set<ObjectName> own = new LinkedHashSet<>(Set.of(object()));
    holdings.forEach(held -> own.add(ObjectName.address(held.place().address())));
    return own;
  }

  @Override
  public Set<ObjectName> around() {
    return Set.of();
  }
}
