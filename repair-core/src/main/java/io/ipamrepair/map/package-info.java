/**
 * The address space as a map: pool by pool and block by block, in two states beside each other, so
 * that it is seen what moves. Pure: the same states give the same map, wherever they come from.
 */
package io.ipamrepair.map;
