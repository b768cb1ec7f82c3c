package io.ipamrepair.etcd;

/** Bytes that are no record of etcd's database; the message is one line. */
public final class RecordFormatException extends Exception {
  RecordFormatException(String message) {
    super(message);
  }
}
