/**
 * Calico's CNI plugin, simulated for tests: it makes Calico's own single-key writes, in Calico's
 * own order (reference, sections 5.1 to 5.5). It knows Calico's formats by itself and uses nothing
 * of the tool's but JSON and addresses, so that it is a witness of its own.
 */
package io.ipamrepair.cni;
