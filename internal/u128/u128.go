// Package u128 is the little of 128-bit unsigned arithmetic that addresses
// need. Values are plain structs without pointers, so that slices of them are
// never scanned by the garbage collector.
package u128

import (
	"cmp"
	"encoding/binary"
	"math/bits"
)

// Uint is a 128-bit unsigned integer. Arithmetic wraps modulo 2^128.
type Uint struct{ Hi, Lo uint64 }

// Max is 2^128−1.
func Max() Uint { return Uint{^uint64(0), ^uint64(0)} }

// From64 returns n as a Uint.
func From64(n uint64) Uint { return Uint{Lo: n} }

// From16 reads a big-endian number, as in the bytes of an IPv6 address.
func From16(b [16]byte) Uint {
	return Uint{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// As16 is the inverse of [From16].
func (u Uint) As16() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], u.Hi)
	binary.BigEndian.PutUint64(b[8:], u.Lo)
	return b
}

// IsZero reports whether u is 0.
func (u Uint) IsZero() bool { return u.Hi|u.Lo == 0 }

// Fits64 reports whether u is less than 2^64.
func (u Uint) Fits64() bool { return u.Hi == 0 }

// Cmp compares two numbers like [cmp.Compare].
func (u Uint) Cmp(v Uint) int {
	if u.Hi != v.Hi {
		return cmp.Compare(u.Hi, v.Hi)
	}
	return cmp.Compare(u.Lo, v.Lo)
}

// Less reports whether u < v.
func (u Uint) Less(v Uint) bool {
	return u.Hi < v.Hi || u.Hi == v.Hi && u.Lo < v.Lo
}

// Add returns u+v modulo 2^128.
func (u Uint) Add(v Uint) Uint {
	lo, c := bits.Add64(u.Lo, v.Lo, 0)
	hi, _ := bits.Add64(u.Hi, v.Hi, c)
	return Uint{hi, lo}
}

// Sub returns u−v modulo 2^128.
func (u Uint) Sub(v Uint) Uint {
	lo, b := bits.Sub64(u.Lo, v.Lo, 0)
	hi, _ := bits.Sub64(u.Hi, v.Hi, b)
	return Uint{hi, lo}
}

// And returns the bitwise and of u and v.
func (u Uint) And(v Uint) Uint { return Uint{u.Hi & v.Hi, u.Lo & v.Lo} }

// Or returns the bitwise or of u and v.
func (u Uint) Or(v Uint) Uint { return Uint{u.Hi | v.Hi, u.Lo | v.Lo} }

// Xor returns the bitwise exclusive or of u and v.
func (u Uint) Xor(v Uint) Uint { return Uint{u.Hi ^ v.Hi, u.Lo ^ v.Lo} }

// Not returns the complement of u.
func (u Uint) Not() Uint { return Uint{^u.Hi, ^u.Lo} }

// Lsh returns u<<n; 0 for n ≥ 128.
func (u Uint) Lsh(n uint) Uint {
	if n >= 64 {
		return Uint{Hi: u.Lo << (n - 64)}
	}
	return Uint{u.Hi<<n | u.Lo>>(64-n), u.Lo << n}
}

// Rsh returns u>>n; 0 for n ≥ 128.
func (u Uint) Rsh(n uint) Uint {
	if n >= 64 {
		return Uint{Lo: u.Hi >> (n - 64)}
	}
	return Uint{u.Hi >> n, u.Lo>>n | u.Hi<<(64-n)}
}

// LeadingZeros counts the zero bits above the highest one; 128 for 0.
func (u Uint) LeadingZeros() int {
	if u.Hi != 0 {
		return bits.LeadingZeros64(u.Hi)
	}
	return 64 + bits.LeadingZeros64(u.Lo)
}

// BitLen is the number of bits needed to write u; 0 for 0.
func (u Uint) BitLen() int { return 128 - u.LeadingZeros() }

// TrailingZeros counts the zero bits below the lowest one; 128 for 0.
func (u Uint) TrailingZeros() int {
	if u.Lo != 0 {
		return bits.TrailingZeros64(u.Lo)
	}
	return 64 + bits.TrailingZeros64(u.Hi)
}
