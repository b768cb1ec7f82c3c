package io.ipamrepair.cli;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.source.Origin;
import io.ipamrepair.source.ScreenedSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks at a live etcd, and lets go of its healthy workloads while it reads. */
final class LiveScanReader implements ScanReader {
  private final Etcd etcd;
  private final Terminal terminal;
  private final boolean progress;

  /**
   * A reader.
   *
   * @param etcd closed with it
   * @param progress whether a person sees how far reading has come
   */
  LiveScanReader(Etcd etcd, Terminal terminal, boolean progress) {
    this.etcd = etcd;
    this.terminal = terminal;
    this.progress = progress;
  }

  @Override
  public Look look() {
    try {
      long start = System.nanoTime();
      Origin origin = new LiveSource(etcd).origin();
      IpamState state = read(new ScreenedSource(etcd));
      Duration reading = Duration.ofNanos(System.nanoTime() - start);
      Optional<ToolKeys> toolKeys = ToolKeys.read(etcd);
      List<Finding> findings = Check.of(state);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      return new Look(new ReadState(state, origin, reading), toolKeys, findings, took);
    } catch (EtcdException unusable) {
      throw unusable(unusable);
    }
  }

  private IpamState read(ScreenedSource source) throws EtcdException {
    try (ReadingProgress shown = ReadingProgress.of(terminal, progress, source)) {
      return source.read(shown);
    }
  }

  @Override
  public long revision() {
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
