package io.ipamrepair.check;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.testing.Golden;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A command that a finding names is one that does something there. */
class NamedCommandsTest {
  private static final Instant LONG_AFTER = Instant.parse("2030-01-01T00:00:00Z");

  static List<Golden> cases() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noRepairRefusesWhatAFindingNames(Golden golden) {
    IpamState state = golden.state();
    for (Finding finding : Check.of(state)) {
      if (finding.remedy() instanceof Remedy.Command command) {
        assertThatCode(() -> repair(command.arguments()).judge(state))
            .as("%s: %s %s: %s", golden, finding.rule(), finding.first(), command)
            .doesNotThrowAnyException();
      }
    }
  }

  private static Repair repair(List<String> arguments) {
    return switch (arguments.get(0)) {
      case "remove-pool" -> new RemovePool(arguments.get(1), false);
      case "release-orphan-blocks" ->
          new ReleaseOrphanBlocks(
              new Selection.OneBlock(Cidr.of(arguments.get(2))),
              arguments.contains("--free-leaked")
                  ? Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), LONG_AFTER))
                  : Optional.empty());
      case "reassign-affinity" ->
          new ReassignAffinity(
              new ReassignAffinity.What.OneBlock(Cidr.of(arguments.get(2))), arguments.get(4));
      default -> throw new AssertionError("unknown command " + arguments);
    };
  }
}
