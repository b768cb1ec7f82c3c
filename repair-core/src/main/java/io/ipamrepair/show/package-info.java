/**
 * One object and everything that bears on it: who owns it, who uses it, which findings touch it,
 * and what became of it while etcd still knows. Pure: the same state and the same old values give
 * the same facts.
 */
package io.ipamrepair.show;
