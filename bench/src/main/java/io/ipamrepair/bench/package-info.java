/**
 * Clusters of any size, as Calico would have written them, and what reading them costs. For whoever
 * changes the code; no part of the distribution.
 */
package io.ipamrepair.bench;
