package io.ipamrepair.cli;

/** Looks at one etcd, or at one file, as often as a scan asks. */
interface ScanReader extends AutoCloseable {
  /** Reads and judges everything, at one revision. What cannot be read ends the command. */
  Look look();

  /** The newest revision; cheap. */
  long revision();

  @Override
  void close();
}
