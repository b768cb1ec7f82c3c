package io.ipamrepair.cni;

/** The plugin's process ended between two writes: nothing further of the operation happens. */
public final class PluginDied extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PluginDied() {
    super("the plugin died (test)", null, false, false);
  }
}
