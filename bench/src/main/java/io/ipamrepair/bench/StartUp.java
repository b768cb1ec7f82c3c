package io.ipamrepair.bench;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What it costs to start: programs that have next to nothing to do. */
final class StartUp {
  /** What is started. */
  enum Program {
    JAVA("java -version"),
    HELP("ipam-repair --help"),
    SCAN("ipam-repair scan");

    private final String shown;

    Program(String shown) {
      this.shown = shown;
    }

    String shown() {
      return shown;
    }

    List<String> command(Programs found) {
      return switch (this) {
        case JAVA -> List.of(found.java(), "-version");
        case HELP -> List.of(found.launcher(), "--help");
        case SCAN -> List.of(found.launcher(), "scan");
      };
    }
  }

  private final Map<Program, List<Cost>> costs = new EnumMap<>(Program.class);

  /** Starts each in turn, so many times and once before, which does not count. */
  StartUp(int rounds, URI smallCluster, Programs found, Meter meter) throws IOException {
    for (Program program : Program.values()) {
      costs.put(program, new ArrayList<>());
    }
    for (int round = 0; round <= rounds; round++) {
      for (Program program : Program.values()) {
        Meter.Run run = meter.run(program.command(found), found.environment(smallCluster), true);
        if (run.outcome().exit() != 0) {
          throw new IOException(
              "expected `"
                  + program.shown()
                  + "` to end with 0, found "
                  + run.outcome().exit()
                  + ": "
                  + run.outcome().out()
                  + run.outcome().errors());
        }
        if (round > 0) {
          costs.get(program).add(new Cost(run.wall(), run.cpu(), run.resident(), 0));
        }
      }
    }
  }

  /** What the runs of a program cost, in the order of the rounds. */
  List<Cost> costs(Program program) {
    return List.copyOf(costs.get(program));
  }
}
