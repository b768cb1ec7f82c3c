package io.ipamrepair.repair;

import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Write;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lowers what handles count. Whoever lowers a count must also rewrite every existing block that the
 * handle names: Calico raises the count <em>before</em> it writes the block, and a block that was
 * only compared lets that write succeed afterwards, which leaves an address without a handle for
 * ever (design, section 5; reference, section 9, point 10).
 */
final class HandleCounts {
  private final IpamState state;
  private final Map<Cidr, TreeSet<String>> handlesByBlock = new HashMap<>();

  HandleCounts(IpamState state) {
    this.state = state;
    state
        .handles()
        .forEach(
            (id, stored) ->
                stored
                    .value()
                    .ifPresent(
                        handle ->
                            handle
                                .blocks()
                                .forEach(
                                    block ->
                                        handlesByBlock
                                            .computeIfAbsent(block, none -> new TreeSet<>())
                                            .add(id))));
  }

  /** The handles that have an entry for {@code block}. */
  SortedSet<String> naming(Cidr block) {
    return Collections.unmodifiableSortedSet(handlesByBlock.getOrDefault(block, new TreeSet<>()));
  }

  /** How many blocks a handle names; each of them is written when it is lowered. */
  int blocksOf(String handle) {
    return Optional.ofNullable(state.handles().get(handle))
        .flatMap(Stored::value)
        .map(each -> each.blocks().size())
        .orElse(0);
  }

  /**
   * The writes that take every count of {@code block}, which is deleted, out of {@code handles}.
   */
  List<Write> forget(Cidr block, Collection<String> handles) {
    Map<String, Long> all = new TreeMap<>();
    handles.forEach(id -> all.put(id, Long.MAX_VALUE));
    return lower(block, all, "block " + block + " is deleted");
  }

  /**
   * The writes that lower the counts of {@code block}, by handle; {@code block} itself is written
   * elsewhere in the same unit.
   */
  List<Write> lower(Cidr block, Map<String, Long> byHandle, String reason) {
    List<Write> writes = new ArrayList<>();
    Set<Cidr> touched = new TreeSet<>();
    new TreeMap<>(byHandle)
        .forEach(
            (id, count) -> {
              Optional<Stored<Handle>> stored = Optional.ofNullable(state.handles().get(id));
              stored
                  .flatMap(Stored::value)
                  .ifPresent(
                      handle -> {
                        lower(handle, block, count)
                            .ifPresent(
                                edits -> writes.add(new Write(stored.get().key(), reason, edits)));
                        touched.addAll(handle.blocks());
                      });
            });
    touched.remove(block);
    touched.stream()
        .map(state.blocks()::get)
        .filter(stored -> stored != null && stored.value().isPresent())
        .forEach(
            stored ->
                writes.add(
                    new Write(
                        stored.key(),
                        "a handle that names this block as well is lowered",
                        new Edit.TouchBlock())));
    return writes;
  }

  private static Optional<List<Edit>> lower(Handle handle, Cidr block, long by) {
    List<Edit> edits = new ArrayList<>();
    long left = 0;
    for (Map.Entry<String, Long> entry : handle.counts().entrySet()) {
      boolean isBlock =
          CidrText.read(entry.getKey()).filter(text -> text.network().equals(block)).isPresent();
      long lowered = entry.getValue() > by ? entry.getValue() - by : 0;
      long now = isBlock ? lowered : entry.getValue();
      if (isBlock) {
        edits.add(new Edit.SetHandleCount(entry.getKey(), entry.getValue(), now));
      }
      left += now > 0 ? 1 : 0;
    }
    if (edits.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(left == 0 ? List.of(new Edit.DeleteKey()) : edits);
  }
}
