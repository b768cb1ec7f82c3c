package io.ipamrepair.cni;

/** What lies between two writes of one operation. */
public interface Pauses {
  /** None. */
  Pauses NONE = (operation, next) -> {};

  /**
   * Waits, or ends the plugin.
   *
   * @param operation what it is doing: {@code start}, {@code stop}…
   * @param next the key that it is about to write
   * @throws PluginDied when the rest of the operation never happens
   */
  void between(String operation, String next);
}
