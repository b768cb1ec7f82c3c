package io.ipamrepair.calico;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a {@link Selector} asks of an object's labels. */
sealed interface LabelCondition {

  /** Whether labels are so. */
  boolean holds(Map<String, String> labels);

  /** Asks nothing. */
  record Always() implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return true;
    }
  }

  /** The label is there, whatever its value. */
  record Has(String label) implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return labels.containsKey(label);
    }
  }

  /** The label is there and has one of these values. */
  record In(String label, Set<String> values) implements LabelCondition {
    public In {
      values = Set.copyOf(values);
    }

    @Override
    public boolean holds(Map<String, String> labels) {
      return value(labels, label).filter(values::contains).isPresent();
    }
  }

  /** The label is there and its value has this text somewhere in it. */
  record Contains(String label, String part) implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return value(labels, label).filter(value -> value.contains(part)).isPresent();
    }
  }

  /** The label is there and its value begins so. */
  record StartsWith(String label, String start) implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return value(labels, label).filter(value -> value.startsWith(start)).isPresent();
    }
  }

  /** The label is there and its value ends so. */
  record EndsWith(String label, String end) implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return value(labels, label).filter(value -> value.endsWith(end)).isPresent();
    }
  }

  /** The opposite. */
  record Not(LabelCondition condition) implements LabelCondition {
    @Override
    public boolean holds(Map<String, String> labels) {
      return !condition.holds(labels);
    }
  }

  /** All of them. */
  record And(List<LabelCondition> all) implements LabelCondition {
    public And {
      all = List.copyOf(all);
    }

    // A loop, here and below: a stream would put a dozen frames on the stack for each level of
    // nesting.
    @Override
    public boolean holds(Map<String, String> labels) {
      for (LabelCondition each : all) {
        if (!each.holds(labels)) {
          return false;
        }
      }
      return true;
    }
  }

  /** At least one of them. */
  record Or(List<LabelCondition> any) implements LabelCondition {
    public Or {
      any = List.copyOf(any);
    }

    @Override
    public boolean holds(Map<String, String> labels) {
      for (LabelCondition each : any) {
        if (each.holds(labels)) {
          return true;
        }
      }
      return false;
    }
  }

  private static Optional<String> value(Map<String, String> labels, String label) {
    return Optional.ofNullable(labels.get(label));
  }
}
