/** Where a state comes from. Today a live etcd, read at one revision. */
package io.ipamrepair.source;
