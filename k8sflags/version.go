package k8sflags

import (
	"cmp"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Version is a Kubernetes minor version. Patch releases do not change flags, so
// they are not part of it. The zero Version means that none was named. Versions
// are comparable with ==.
type Version struct{ Major, Minor int }

// MinVersion returns the oldest version that the tables cover, 1.24.
func MinVersion() Version { return Version{1, 24} }

// MaxVersion returns the newest version that the tables cover, 1.37.
func MaxVersion() Version { return Version{1, 37} }

// Versions yields every version that the tables cover, oldest first.
func Versions() iter.Seq[Version] {
	return func(yield func(Version) bool) {
		for v := MinVersion(); v.Compare(MaxVersion()) <= 0; v.Minor++ {
			if !yield(v) {
				return
			}
		}
	}
}

// ParseVersion reads a version as kubectl, a cloud's console or a person writes
// it: "1.34", "v1.34.2", "v1.34.2-gke.100", "1.34+". Everything after the minor
// number is dropped. The version need not be one of [Versions]. The error wraps
// [ErrVersion].
func ParseVersion(s string) (Version, error) {
	major, rest, ok := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	if !ok {
		return Version{}, versionError(s, "want major.minor, like 1.34")
	}
	end := 0
	for end < len(rest) && isDigit(rest[end]) {
		end++
	}
	minor, tail := rest[:end], rest[end:]
	if tail != "" && !strings.ContainsRune(".-+", rune(tail[0])) {
		return Version{}, versionError(s, fmt.Sprintf("%q after the minor number", tail))
	}
	var v Version
	if v.Major, ok = versionNumber(major); !ok {
		return Version{}, versionError(s, fmt.Sprintf("%q is not a major number", major))
	}
	if v.Minor, ok = versionNumber(minor); !ok {
		return Version{}, versionError(s, fmt.Sprintf("%q is not a minor number", minor))
	}
	if v.IsZero() {
		return Version{}, versionError(s, "there is no such version")
	}
	return v, nil
}

func versionError(s, why string) error {
	return fmt.Errorf("k8sflags: version %q: %s: %w", s, why, ErrVersion)
}

// versionNumber reads up to four digits without a leading zero, enough for any
// release and too few to overflow.
func versionNumber(s string) (int, bool) {
	if s == "" || len(s) > 4 || (len(s) > 1 && s[0] == '0') {
		return 0, false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsZero reports whether v names no version.
func (v Version) IsZero() bool { return v == Version{} }

// Compare is negative where v is older than w, positive where it is newer, and
// 0 where they are the same.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor))
}

// AtLeast reports whether v is w or newer.
func (v Version) AtLeast(w Version) bool { return v.Compare(w) >= 0 }

// IsSupported reports whether the tables cover v.
func (v Version) IsSupported() bool { return v.AtLeast(MinVersion()) && MaxVersion().AtLeast(v) }

// String returns the version like "1.34", and "unknown" for the zero Version.
func (v Version) String() string {
	if v.IsZero() {
		return "unknown"
	}
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

// MarshalText writes the version like "1.34", and nothing for the zero Version.
func (v Version) MarshalText() ([]byte, error) {
	if v.IsZero() {
		return nil, nil
	}
	return []byte(v.String()), nil
}

// UnmarshalText reads like [ParseVersion], and empty text as the zero Version.
// On an error v is unchanged.
func (v *Version) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*v = Version{}
		return nil
	}
	parsed, err := ParseVersion(string(text))
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}

// nearest returns the version of the tables that is closest to v. Who names no
// version is judged by the newest, where a cluster is going.
func (v Version) nearest() Version {
	switch {
	case v.IsZero():
		return MaxVersion()
	case v.Compare(MinVersion()) < 0:
		return MinVersion()
	case v.Compare(MaxVersion()) > 0:
		return MaxVersion()
	}
	return v
}

// v1 is shorthand for the tables.
func v1(minor int) Version { return Version{1, minor} }
