package io.ipamrepair.approval;

import io.ipamrepair.kv.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The fields of an SSH structure, in turn (RFC 4251, section 5). */
final class SshFields {
  private final ByteBuffer rest;

  SshFields(Bytes bytes) {
    this.rest = ByteBuffer.wrap(bytes.toArray());
  }

  /** So many bytes as they are. */
  byte[] raw(int length) throws ApprovalFormatException {
    if (length < 0 || length > rest.remaining()) {
      throw new ApprovalFormatException("it ends in the middle");
    }
    byte[] field = new byte[length];
    rest.get(field);
    return field;
  }

  int number() throws ApprovalFormatException {
    return ByteBuffer.wrap(raw(Integer.BYTES)).getInt();
  }

  byte[] bytes() throws ApprovalFormatException {
    return raw(number());
  }

  String text() throws ApprovalFormatException {
    byte[] field = bytes();
    String text = new String(field, StandardCharsets.US_ASCII);
    if (!Arrays.equals(text.getBytes(StandardCharsets.US_ASCII), field)) {
      throw new ApprovalFormatException("a name in it is not ASCII");
    }
    return text;
  }

  /** A number of any size; negative ones have no place in a key or signature. */
  BigInteger integer() throws ApprovalFormatException {
    byte[] field = bytes();
    BigInteger number = field.length == 0 ? BigInteger.ZERO : new BigInteger(field);
    if (number.signum() < 0) {
      throw new ApprovalFormatException("a number in it is negative");
    }
    return number;
  }

  /** Nothing may follow: what nobody reads nobody has signed with open eyes. */
  void end() throws ApprovalFormatException {
    if (rest.hasRemaining()) {
      throw new ApprovalFormatException(rest.remaining() + " bytes too many");
    }
  }

  /** A field of variable length, with its length before it. */
  static void write(ByteArrayOutputStream out, byte[] field) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(field.length).array());
    out.writeBytes(field);
  }

  static void write(ByteArrayOutputStream out, String field) {
    write(out, field.getBytes(StandardCharsets.US_ASCII));
  }
}
