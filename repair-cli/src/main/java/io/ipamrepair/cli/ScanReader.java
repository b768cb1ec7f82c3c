package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdIdentity;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.source.ScreenedSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at one etcd, as often as a scan asks. An etcd that cannot be read ends the command. */
final class ScanReader implements AutoCloseable {
  private final Etcd etcd;
  private final Terminal terminal;
  private final boolean progress;

  /**
   * A reader.
   *
   * @param etcd closed with it
   * @param progress whether a person sees how far reading has come
   */
  ScanReader(Etcd etcd, Terminal terminal, boolean progress) {
    this.etcd = etcd;
    this.terminal = terminal;
    this.progress = progress;
  }

  /** Reads and judges everything, at one revision. */
  Look look() {
    try {
      long start = System.nanoTime();
      EtcdIdentity identity = etcd.identity();
      IpamState state = read(new ScreenedSource(etcd));
      Duration reading = Duration.ofNanos(System.nanoTime() - start);
      Optional<ToolKeys> toolKeys = ToolKeys.read(etcd);
      List<Finding> findings = Check.of(state);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return new Look(new LiveState(state, identity, reading), toolKeys, findings, took);
    } catch (EtcdException unusable) {
      throw unusable(unusable);
    }
  }

  private IpamState read(ScreenedSource source) throws EtcdException {
    if (!progress) {
      return source.read();
    }
    ReadingProgress shown = new ReadingProgress(terminal, OptionalLong.of(source.count()));
    try {
      return source.read(shown);
    } finally {
      shown.end();
    }
  }

  /** etcd's revision now; cheap. */
  long revision() {
    try {
      return etcd.identity().revision();
    } catch (EtcdException unusable) {
      throw unusable(unusable);
    }
  }

  private static CommandFailure unusable(EtcdException cause) {
    return new CommandFailure(ExitCode.ETCD, cause.getMessage());
  }

  @Override
  public void close() {
    etcd.close();
  }
}
