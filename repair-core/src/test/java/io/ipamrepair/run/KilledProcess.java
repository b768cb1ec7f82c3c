package io.ipamrepair.run;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.faults.Fault;
import io.ipamrepair.faults.FaultyCalls;
import io.ipamrepair.faults.FaultyDisk;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.PlanFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of its own that performs one operation, and sends itself SIGKILL at a boundary. What it
 * was told comes out of its standard output line by line.
 */
final class KilledProcess {
  private KilledProcess() {}

  /**
   * What became of it.
   *
   * @param killed whether it was killed; else the operation has no such boundary
   * @param told what its operator was told
   */
  record Ended(boolean killed, List<String> told) {}

  /** Runs one to its end. */
  static Ended run(
      Operation operation,
      Operation.Order order,
      Path planFile,
      Path journal,
      URI etcd,
      Fault.Manner manner,
      int at,
      long seed)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KilledProcess.class.getName(),
                operation.name(),
                order.run(),
                Boolean.toString(order.lockDatastore()),
                planFile.toString(),
                journal.toString(),
                etcd.toString(),
                manner.name(),
                Integer.toString(at),
                Long.toString(seed)));
    Process process = new ProcessBuilder(command).redirectError(new File(journal + ".err")).start();
    List<String> told = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(told::add);
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(operation + " hangs: " + told);
    }
    int exit = process.exitValue();
    if (exit != 0 && exit != 128 + 9) {
      throw new AssertionError(
          operation + " ended with " + exit + ": " + Files.readString(Path.of(journal + ".err")));
    }
    return new Ended(exit != 0, told);
  }

  /** The process itself. */
  public static void main(String[] words) throws Exception {
    Path planFile = Path.of(words[3]);
    Fault fault =
        Fault.real(Fault.Manner.valueOf(words[6]), Integer.parseInt(words[7]), KilledProcess::kill);
    Random random = new Random(Long.parseLong(words[8]));
    EtcdLimits unlimited = new EtcdLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);
    Operation.Order order =
        new Operation.Order(
            PlanFile.read(Files.readAllBytes(planFile), unlimited).plan(),
            words[1],
            Boolean.parseBoolean(words[2]));
    EtcdTarget target =
        new EtcdTarget(
            List.of(URI.create(words[5])),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Bytes.EMPTY);
    try (FaultyDisk disk = new FaultyDisk(fault);
        FaultyCalls calls = new FaultyCalls(fault, URI.create(words[5]), 1);
        Etcd etcd = Operation.connect(target, calls)) {
      Object outcome =
          Operation.valueOf(words[0])
              .perform(order, etcd, disk.journal(Path.of(words[4])), new Teller(), random);
      System.out.println(outcome.toString().lines().findFirst().orElse(""));
    }
  }

  /** SIGKILL, and nothing after it. */
  private static void kill() {
    try {
      new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start();
    } catch (java.io.IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    while (true) {
      LockSupport.park();
    }
  }

  /** Says yes, and prints at once what it is told. */
  private static final class Teller implements Operator {
    @Override
    public String name() {
      return "tester@host";
    }

    @Override
    public void tell(String line) {
      System.out.println(line);
      System.out.flush();
    }

    @Override
    public boolean confirms(String question, String answer) {
      return true;
    }

    @Override
    public boolean wantsToStop() {
      return false;
    }
  }

  /** The run that somebody was told of. */
  static Optional<String> runOf(List<String> told) {
    return told.stream()
        .filter(line -> line.startsWith("undo, once it is applied: "))
        .map(line -> line.replaceFirst(".*rollback ", ""))
        .reduce((first, second) -> second);
  }
}
