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
  @Override
  public About about() {
    return new About(
        "H2",
        "A handle counts, for each block, the addresses that name it there.",
        "S11, S12: a crash between two writes, a restore, or bugs that released or assigned several"
            + " addresses of a handle at once. Too high a count is wear; with one that is too low"
            + " the handle goes before its last address.",
        "calico-ipam.md 1.2, 5.8 S11 and S12, 6 H2, 10.1 item 3");
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
          new Finding(
              id(),
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
