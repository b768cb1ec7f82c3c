package io.ipamrepair.check;

import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.ObjectName;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** B7: the sequence numbers of allocations are those of ordinals, and not above the block's. */
final class B7SequenceNumbers implements Rule {
  private static final Pattern ORDINAL = Pattern.compile("0|[1-9][0-9]{0,8}");

  private static final About ABOUT =
      About.rule("B7")
          .demands(
              "Each sequence number of an allocation is an ordinal's and not above that of the"
                  + " block.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: only Calico's protection against late releases is weaker.")
          .because(
              "An edit by hand. A number above the block's weakens Calico's protection against"
                  + " releasing an address that was given away again. Numbers of free ordinals are"
                  + " normal.")
          .repair("No command. Remove the wrong entries by hand.")
          .source("calico-ipam.md 3.1, 6 B7")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    for (Block block : evidence.judgedBlocks()) {
      if (block.hasPlainAllocationNumbers()) {
        continue;
      }
      List<String> problems = new ArrayList<>();
      for (Map.Entry<String, BigInteger> entry : block.sequenceNumberForAllocation().entrySet()) {
        boolean ordinal =
            ORDINAL.matcher(entry.getKey()).matches()
                && Integer.parseInt(entry.getKey()) < block.cidr().ordinals();
        if (!ordinal) {
          problems.add("\"" + Wording.reason(entry.getKey()) + "\" is no ordinal of it");
        } else if (entry.getValue().compareTo(block.sequenceNumber()) > 0) {
          problems.add("that of ordinal " + entry.getKey() + " is above the block's own");
        }
      }
      if (!problems.isEmpty()) {
        found.accept(
            finding(
                Severity.WARNING,
                List.of(ObjectName.block(block.cidr())),
                "Sequence numbers of block "
                    + block.cidr()
                    + ": "
                    + Wording.some(problems, 1)
                    + ".",
                evidence
                    .traffic()
                    .administrative("Only Calico's protection against late releases is weaker."),
                Remedy.None.YET));
      }
    }
  }
}
