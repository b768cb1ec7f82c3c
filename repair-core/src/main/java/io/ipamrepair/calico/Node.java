package io.ipamrepair.calico;

import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A node (reference, section 3.6).
 *
 * @param metadata names, times, and the labels that pools select nodes by
 * @param tunnelAddresses by kind, as written; kinds without an address are left out
 * @param orchestrators the orchestrators that know it: {@code k8s}…
 * @param routeReflectorClusterId set where BGP peering is not a plain mesh
 */
public record Node(
    Metadata metadata,
    Map<Tunnel, String> tunnelAddresses,
    List<String> orchestrators,
    Optional<String> routeReflectorClusterId) {
  /**
   * The kinds of tunnels that have an address of IPAM's, with the attribute type and handle that
   * Calico gives them.
   */
  public enum Tunnel {
    IPIP("ipipTunnelAddress", "ipip-tunnel-addr-"),
    VXLAN("vxlanTunnelAddress", "vxlan-tunnel-addr-"),
    VXLAN_V6("vxlanV6TunnelAddress", "vxlan-v6-tunnel-addr-"),
    WIREGUARD("wireguardTunnelAddress", "wireguard-tunnel-addr-"),
    WIREGUARD_V6("wireguardV6TunnelAddress", "wireguard-v6-tunnel-addr-");

    private final String attributeType;
    private final String handlePrefix;

    Tunnel(String attributeType, String handlePrefix) {
      this.attributeType = attributeType;
      this.handlePrefix = handlePrefix;
    }

    /** The {@code type} of the allocation's attribute. */
    public String attributeType() {
      return attributeType;
    }

    /** The handle of the tunnel of {@code node}. */
    public String handle(String node) {
      return handlePrefix + node;
    }
  }

  static Node read(Json.Obj json) {
    Fields resource = Fields.of(json);
    resource.object("status");
    Fields spec = resource.object("spec");
    Fields bgp = spec.object("bgp");
    bgp.text("ipv4Address");
    bgp.text("ipv6Address");
    bgp.textOrUint64("asNumber");
    Fields wireguard = spec.object("wireguard");
    Map<Tunnel, String> tunnels = new TreeMap<>();
    put(tunnels, Tunnel.IPIP, bgp.text("ipv4IPIPTunnelAddr"));
    put(tunnels, Tunnel.VXLAN, spec.text("ipv4VXLANTunnelAddr"));
    put(tunnels, Tunnel.VXLAN_V6, spec.text("ipv6VXLANTunnelAddr"));
    put(tunnels, Tunnel.WIREGUARD, wireguard.text("interfaceIPv4Address"));
    put(tunnels, Tunnel.WIREGUARD_V6, wireguard.text("interfaceIPv6Address"));
    List<String> orchestrators =
        spec.objects(
            "orchRefs",
            reference -> {
              reference.text("nodeName");
              return reference.text("orchestrator");
            });
    return new Node(
        Metadata.read(resource),
        tunnels,
        orchestrators,
        bgp.optionalText("routeReflectorClusterID").filter(id -> !id.isEmpty()));
  }

  private static void put(Map<Tunnel, String> tunnels, Tunnel tunnel, String address) {
    if (!address.isEmpty()) {
      tunnels.put(tunnel, address);
    }
  }

  /** The tunnel addresses that are addresses. */
  public List<IpAddress> tunnelIps() {
    List<IpAddress> addresses = new ArrayList<>(1);
    tunnelAddresses.values().forEach(text -> IpAddress.read(text).ifPresent(addresses::add));
    return addresses;
  }
}
