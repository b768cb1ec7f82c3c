package io.ipamrepair.cli;

import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks at a snapshot or a dump, which stays as it is. */
final class FileScanReader implements ScanReader {
  private final ReadState read;

  FileScanReader(ReadState read) {
    this.read = read;
  }

  @Override
  public Look look() {
    long start = System.nanoTime();
    List<Finding> findings = Check.of(read.state());
    Duration judging = Duration.ofNanos(System.nanoTime() - start);
    return new Look(read, Optional.empty(), findings, read.took().plus(judging));
  }

  @Override
  public long revision() {
    return read.state().revision();
  }

  @Override
  public void close() {
    // The file was closed when it had been read.
  }
}
