/**
 * Calico's keys and values as it keeps them in etcd, and {@link io.ipamrepair.calico.IpamState}:
 * everything that was read, at one revision. Pure. What a key means is decided in {@link
 * io.ipamrepair.calico.KeyLayout} alone; what cannot be read is kept as {@link
 * io.ipamrepair.calico.Reading.Unreadable}, never dropped (Calico's own lists drop it silently;
 * reference, section 2.2).
 */
package io.ipamrepair.calico;
