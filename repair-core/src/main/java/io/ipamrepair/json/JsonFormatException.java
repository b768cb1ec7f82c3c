package io.ipamrepair.json;

/** Bytes that are not the JSON that was expected; the message is one line. */
public final class JsonFormatException extends Exception {
  public JsonFormatException(String message) {
    super(message);
  }
}
