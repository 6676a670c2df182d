/* Fowler, Noll and Vo's hash of 64 bits (FNV-1a), part by part; the first comes after FNV_BEGIN. */
#pragma once
#include <stdint.h>

#define FNV_BEGIN 14695981039346656037u

static inline uint64_t fnv_with(uint64_t hash, uint64_t part) { return (hash ^ part) * 1099511628211u; }
