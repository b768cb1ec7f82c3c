package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.CidrText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** H2: a handle counts for each block the addresses that name it there. */
final class H2HandleCounts implements Rule {
  private static final About ABOUT =
      About.rule("H2")
          .demands("A handle counts, for each block, the addresses that name it there.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.ANY_TIME)
          .traffic(
              "None on running traffic. With too low a count the address leaks when its pod ends;"
                  + " with too high a count the handle stays behind in etcd.")
          .because(
              "A crash between the handle's write and the block's, a restore, or two bugs:"
                  + " releases up to v3.32 count one where they release several addresses of a"
                  + " handle in one call, and all releases count what was asked for where a block"
                  + " gave less. With too low a count the handle goes before its last address.")
          .repair(
              "No command. Raise a count that is too low by hand, which is always safe; one that is"
                  + " too high is wear.")
          .threads("calico", 8548, 10759, 12554)
          .source("calico-ipam.md 1.2, 5.8 S11 and S12, 6 H2, 10.1 item 3")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .handles()
        .forEach(
            (id, stored) ->
                stored
                    .value()
                    .filter(handle -> !isWindowsReserved(id))
                    .ifPresent(handle -> judge(evidence, id, handle, found)));
  }

  private static boolean isWindowsReserved(String id) {
    return id.toLowerCase(Locale.ROOT).equals(Attribute.WINDOWS_RESERVED);
  }

  private void judge(Evidence evidence, String id, Handle handle, Consumer<Finding> found) {
    Map<Cidr, Integer> real = new HashMap<>();
    evidence.usesOf(id).forEach(use -> real.put(use.block().cidr(), use.ordinals()));
    Map<Cidr, Long> counted = new TreeMap<>();
    handle
        .counts()
        .forEach(
            (text, count) ->
                readableBlock(evidence, text).ifPresent(block -> counted.put(block, count)));
    // Blocks with ordinals of the handle and no entry for it.
    real.keySet().forEach(block -> counted.putIfAbsent(block, 0L));
    Severity severity = Severity.INFO;
    List<ObjectName> objects = new ArrayList<>(List.of(ObjectName.handle(id)));
    List<String> problems = new ArrayList<>();
    for (Map.Entry<Cidr, Long> entry : counted.entrySet()) {
      int held = real.getOrDefault(entry.getKey(), 0);
      if (entry.getValue() != held) {
        boolean below = entry.getValue() < held;
        severity = below || severity == Severity.ERROR ? Severity.ERROR : Severity.WARNING;
        objects.add(ObjectName.block(entry.getKey()));
        problems.add(
            "counts "
                + Wording.count(entry.getValue(), "address")
                + " in block "
                + entry.getKey()
                + " and has "
                + held);
      }
    }
    if (!problems.isEmpty()) {
      found.accept(
          finding(
              severity,
              objects,
              "Handle " + Wording.id(id) + " " + Wording.some(problems, 1) + ".",
              severity == Severity.ERROR
                  ? evidence.traffic().handleTooSmall()
                  : evidence.traffic().handleTooBig(),
              Remedy.None.YET));
    }
  }

  /** The block that an entry means, if it exists and can be read; other spellings are H3's. */
  private static Optional<Cidr> readableBlock(Evidence evidence, String text) {
    return CidrText.read(text)
        .filter(CidrText::isCanonical)
        .map(CidrText::network)
        .filter(cidr -> evidence.block(cidr).isPresent());
  }
}
