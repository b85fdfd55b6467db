package manifest

import (
	"path"
	"slices"
	"strings"
)

// units adds the processes of unit files.
func (j *joining) units() {
	var units, dropIns []*unit
	found := map[[2]string]int{} // the first of unitDirs that has a file of a name
	for _, f := range j.fragments {
		if f.unit != nil {
			root, name, dir := f.unit.place()
			if first, ok := found[[2]string{root, name}]; !ok || dir < first {
				found[[2]string{root, name}] = dir
			}
		}
	}
	for _, f := range j.fragments {
		switch {
		case f.unit == nil || f.unit.hidden(found):
		case f.unit.dropInOf() != "":
			dropIns = append(dropIns, f.unit)
		default:
			units = append(units, f.unit)
		}
	}
	slices.SortStableFunc(dropIns, func(a, b *unit) int { return strings.Compare(path.Base(a.file), path.Base(b.file)) })
	given := units
	changes := map[*unit][]*unit{}
	for _, d := range dropIns {
		u := d.owner(given)
		if u == nil { // a drop-in by itself, or several of one unit
			if i := slices.IndexFunc(units, func(u *unit) bool { return u.file == d.dropInOf() }); i >= 0 {
				u = units[i]
			} else {
				u = &unit{file: d.dropInOf()}
				units = append(units, u)
			}
		}
		changes[u] = append(changes[u], d)
	}
	for _, u := range units {
		var e effective
		for _, part := range append([]*unit{u}, changes[u]...) {
			e.apply(part)
		}
		j.environment(&e, u.file)
		for _, c := range e.commands {
			if c = e.expand(c, &j.errs); c.isComponent() {
				j.run(c)
			}
		}
	}
}

// unitDirs are where systemd looks for units and drop-ins. A file in one of them
// hides those of its name in the ones behind (systemd.unit(5)).
var unitDirs = []string{"/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"}

// place splits a unit's path at one of unitDirs: the root of its machine, and
// its name below the directory. Elsewhere the name is all of the path.
func (u *unit) place() (root, name string, dir int) {
	file := "/" + strings.TrimPrefix(path.Clean(u.file), "/")
	for i, d := range unitDirs {
		if root, name, ok := strings.Cut(file, d); ok {
			return root, name, i
		}
	}
	return file, "", 0
}

// hidden reports whether the machine has a file of the name in front of u.
func (u *unit) hidden(found map[[2]string]int) bool {
	root, name, dir := u.place()
	return found[[2]string{root, name}] < dir
}

// dropInOf returns the path of the unit that a drop-in changes, or "".
func (u *unit) dropInOf() string {
	if dir := path.Dir(u.file); path.Ext(u.file) == ".conf" && strings.HasSuffix(dir, ".service.d") {
		return strings.TrimSuffix(dir, ".d")
	}
	return ""
}

// owner returns the unit that a drop-in changes, the nearest of that name, or
// nil. They may come from different directories: what is in /etc/systemd/system
// changes the units of /usr/lib/systemd/system.
func (u *unit) owner(units []*unit) *unit {
	var best *unit
	name := path.Base(u.dropInOf())
	for _, o := range units {
		if path.Base(o.file) == name && (best == nil || nearness(o.file, u.file) > nearness(best.file, u.file)) {
			best = o
		}
	}
	return best
}

// environment adds the variables of the environment files that a unit names.
func (j *joining) environment(e *effective, from string) {
	for _, file := range e.files {
		best, found := -1, 0
		for i, f := range j.fragments {
			if f.vars == nil || path.Base(f.file) != path.Base(file.text) {
				continue
			}
			if n := nearness(f.file, from); best < 0 || n > found {
				best, found = i, n
			}
		}
		if best >= 0 {
			e.vars = append(e.vars, j.fragments[best].vars...)
		}
	}
}
