package io.ipamrepair.check;

import java.util.function.Consumer;

/** One invariant of Calico's IPAM data; each stands in one place and carries its reason. */
interface Rule {
  /**
   * What a rule demands and why.
   *
   * @param id its ID in the reference: {@code A3}
   * @param demand what must be so, in one sentence
   * @param reason what breaks it in the field, and why that matters
   * @param source where the reference says so
   */
  record About(String id, String demand, String reason, String source) {}

  About about();

  /** Reports every breach in {@code evidence}, one finding per first object. */
  void judge(Evidence evidence, Consumer<Finding> found);

  default String id() {
    return about().id();
  }
}
