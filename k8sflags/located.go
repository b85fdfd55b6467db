package k8sflags

import "slices"

// Located returns the flags with the origin of each replaced by what at returns
// for it. at is called once for every flag, in the order of [Flags.All]. It is
// for who reads flags from files and knows where each argument stands.
func (f Flags) Located(at func(Flag) Origin) Flags {
	f.items = slices.Clone(f.items)
	for i := range f.items {
		if f.items[i].name != "" {
			f.items[i].flag.Origin = at(f.items[i].flag)
		}
	}
	return f
}
