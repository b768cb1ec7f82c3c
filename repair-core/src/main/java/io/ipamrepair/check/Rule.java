package io.ipamrepair.check;

import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** One invariant of Calico's IPAM data; each stands in one place and carries its reason. */
interface Rule {
  About about();

  /** Reports every breach in {@code evidence}, one finding per first object. */
  void judge(Evidence evidence, Consumer<Finding> found);

  default String id() {
    return about().id();
  }

  /**
   * A breach of this rule. It is as urgent as its effect makes it, or else as the rule says; what
   * is only worth telling is never urgent: where it comes with damage, that is a finding of its
   * own.
   */
  default Finding finding(
      Severity severity, List<ObjectName> objects, String problem, Effect effect, Remedy remedy) {
    Urgency urgency =
        severity == Severity.INFO
            ? Urgency.ANY_TIME
            : effect.urgency().orElseGet(() -> about().urgency());
    return new Finding(id(), severity, urgency, objects, problem, effect.text(), remedy);
  }
}
