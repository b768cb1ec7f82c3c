package io.ipamrepair.repair;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.change.Unit;
import io.ipamrepair.change.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The deletion of a block that nobody uses, with its affinities and what handles still count in it:
 * one unit.
 */
final class BlockRemoval {
  private final IpamState state;
  private final HandleCounts handles;

  BlockRemoval(IpamState state, HandleCounts handles) {
    this.state = state;
    this.handles = handles;
  }

  /**
   * The unit.
   *
   * @param block a vacant block
   * @param affinities which of its affinities go with it
   * @param reason why
   */
  Unit unit(
      Stored<Block> block,
      Predicate<Stored<Affinity>> affinities,
      String reason,
      List<Requirement> requires) {
    var cidr = block.value().orElseThrow().cidr();
    List<Write> writes = new ArrayList<>();
    writes.add(new Write(block.key(), reason, new Edit.DeleteKey()));
    state.affinitiesOn(cidr).stream()
        .filter(affinities)
        .forEach(
            affinity ->
                writes.add(new Write(affinity.key(), "its block goes", new Edit.DeleteKey())));
    writes.addAll(handles.forget(cidr));
    return new Unit("Delete block " + cidr, writes, requires);
  }
}
