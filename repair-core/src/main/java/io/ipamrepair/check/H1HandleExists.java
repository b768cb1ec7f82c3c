package io.ipamrepair.check;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** H1: every handle that an allocation names exists. */
final class H1HandleExists implements Rule {
  private static final About ABOUT =
      About.rule("H1")
          .demands("Every handle that an allocated address names exists.")
          .severities(Severity.ERROR)
          .urgency(Urgency.ANY_TIME)
          .traffic(
              "None on running traffic. When its pod ends the address is not released: it leaks.")
          .because(
              "A restore, a deletion by hand, or the bug of releases up to v3.29.6 and"
                  + " v3.30.3 that ignored a failed write of the handle. The CNI plugin can never"
                  + " release the address.")
          .repair(
              "No command. By hand: create the handle with its count for each block; that is always"
                  + " safe.")
          .threads("calico", 3940, 4259)
          .source("calico-ipam.md 5.8 S12, 6 H1, 10.1 item 2, 10.2 item 18")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Map<String, List<String>> missing = new TreeMap<>();
    evidence.namedHandles().stream()
        .filter(handle -> !evidence.state().handles().containsKey(handle))
        .forEach(handle -> missing.put(handle, new ArrayList<>(1)));
    if (missing.isEmpty()) {
      return;
    }
    // One pass over all addresses: a block may name as many handles as it has addresses.
    evidence
        .usage()
        .allHoldings()
        .forEach(
            holding ->
                holding
                    .attribute()
                    .flatMap(Attribute::handle)
                    .map(missing::get)
                    .ifPresent(addresses -> addresses.add(holding.address().toString())));
    missing.forEach((handle, addresses) -> report(evidence, handle, addresses, found));
  }

  private void report(
      Evidence evidence, String handle, List<String> addresses, Consumer<Finding> found) {
    found.accept(
        finding(
            Severity.ERROR,
            List.of(ObjectName.handle(handle)),
            "Handle "
                + Wording.id(handle)
                + " does not exist, but holds "
                + Wording.some(addresses, 3)
                + ".",
            evidence.traffic().handleTooSmall(),
            Remedy.None.YET));
  }
}
