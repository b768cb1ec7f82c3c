package io.ipamrepair.journal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/** An entry of a run. Its hash covers its content and the hash of the entry before it. */
public final class Entry {
  private final long sequence;
  private final Instant at;
  private final EntryKind kind;
  private final int step;
  private final byte[] body;
  private final byte[] hash;

  Entry(long sequence, Instant at, EntryKind kind, int step, byte[] body, byte[] hash) {
    this.sequence = sequence;
    this.at = at;
    this.kind = kind;
    this.step = step;
    this.body = body.clone();
    this.hash = hash.clone();
  }

  /** Its place in the run, from 1, without gaps. */
  public long sequence() {
    return sequence;
  }

  /** When it was written. */
  public Instant at() {
    return at;
  }

  public EntryKind kind() {
    return kind;
  }

  /** The step it speaks of, from 1; 0 for the run as a whole. */
  public int step() {
    return step;
  }

  /** What it says; a copy. */
  public byte[] body() {
    return body.clone();
  }

  /** Its hash; a copy. */
  public byte[] hash() {
    return hash.clone();
  }

  boolean followsFrom(byte[] previous) {
    return MessageDigest.isEqual(hash, hash(previous, sequence, at, kind, step, body));
  }

  /** The hash that the first entry of {@code run} builds on. */
  static byte[] root(String run) {
    return sha256().digest(("ipam-repair journal v1 " + run).getBytes(StandardCharsets.UTF_8));
  }

  static byte[] hash(
      byte[] previous, long sequence, Instant at, EntryKind kind, int step, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(previous);
      out.writeLong(sequence);
      out.writeUTF(at.toString());
      out.writeUTF(kind.name());
      out.writeInt(step);
      out.writeInt(body.length);
      out.write(body);
    } catch (IOException impossible) {
      throw new UncheckedIOException("memory does not fail", impossible);
    }
    return sha256().digest(bytes.toByteArray());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
