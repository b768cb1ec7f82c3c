package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Check;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.testing.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file is read in several passes, of which each keeps little. */
class FileSourceTest {
  @TempDir Path folder;

  static List<Golden> cases() {
    return Golden.all().stream().filter(golden -> golden.release().equals("v3.32.1")).toList();
  }

  private DumpFile file(Golden golden) throws Exception {
    Files.writeString(folder.resolve("state.jsonl"), golden.text("state.jsonl"));
    return DumpFile.open(folder.resolve("state.jsonl"), "state.jsonl");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRulesFindTheSameAsInTheWholeFile(Golden golden) throws Exception {
    IpamState whole = golden.state();
    IpamState read = file(golden).read(state -> Focus.NOTHING);
    assertThat(Check.of(read)).isEqualTo(Check.of(whole));
    assertThat(Capacity.of(read)).isEqualTo(Capacity.of(whole));
    assertThat(read.keys()).isEqualTo(whole.keys());
    assertThat(read.revision()).isEqualTo(whole.revision());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSameIsPlannedAsOfTheWholeFile(Golden golden) throws Exception {
    IpamState whole = golden.state();
    for (String pool : whole.pools().keySet()) {
      Repair repair = new RemovePool(pool, true);
      assertThat(
              Repairs.outcome(
                  file(golden).read(now -> Planner.focus(repair, now, EtcdLimits.standard())),
                  repair))
          .isEqualTo(Repairs.outcome(whole, repair));
    }
  }

  @Test
  void aFileThatChangesBetweenTwoPassesIsRefused() throws Exception {
    DumpFile file = file(new Golden("v3.32.1", "incident-typo"));
    SourceException refused =
        catchThrowableOfType(
            SourceException.class,
            () ->
                file.read(
                    state -> {
                      overwrite(new Golden("v3.32.1", "healthy-v4"));
                      return Focus.blocks(state.blocks().keySet());
                    }));
    assertThat(refused).hasMessageContaining("a file that stays as it is");
  }

  private void overwrite(Golden golden) {
    try {
      Files.writeString(folder.resolve("state.jsonl"), golden.text("state.jsonl"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
