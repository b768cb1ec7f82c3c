package io.ipamrepair.change;

import io.ipamrepair.kv.Bytes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a repair wants: the result of a repair command's judgement of a state.
 *
 * @param title what it does, for a person
 * @param stages in order; later ones rest on earlier ones
 * @param impact what it does to addresses, nodes and traffic, one line each
 * @param left what was looked at and left, with the reason, one line each
 * @param accepted rules whose breach the operator accepted by naming a risk
 * @param acceptedRisk the flag that named it; empty when none was needed
 */
public record Change(
    String title,
    List<Stage> stages,
    List<String> impact,
    List<String> left,
    List<String> accepted,
    String acceptedRisk) {
  public Change {
    stages = List.copyOf(stages);
    impact = List.copyOf(impact);
    left = List.copyOf(left);
    accepted = List.copyOf(accepted);
  }

  /** The keys that it writes, and those that must stay as they are. */
  public Set<Bytes> keys() {
    Set<Bytes> keys = new HashSet<>();
    for (Stage stage : stages) {
      for (Unit unit : stage.units()) {
        unit.writes().forEach(write -> keys.add(write.key()));
        unit.requires().stream()
            .filter(Requirement.KeyIs.class::isInstance)
            .forEach(required -> keys.add(((Requirement.KeyIs) required).key()));
      }
    }
    return keys;
  }

  /**
   * Units that may be done in any order.
   *
   * @param quietFirst whether the blocks of the pool must have been quiet for a while, after the
   *     stage before, until this one may begin: what was in flight when the pool was disabled must
   *     have landed
   */
  public record Stage(List<Unit> units, boolean quietFirst) {
    public Stage {
      units = List.copyOf(units);
    }
  }
}
