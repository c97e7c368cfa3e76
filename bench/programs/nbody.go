// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"math"
)

type body struct{ x, y, z, vx, vy, vz, mass float64 }

func advance(bodies []body, dt float64) {
	for i := range bodies {
		a := &bodies[i]
		for j := i + 1; j < len(bodies); j++ {
			b := &bodies[j]
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			d2 := dx*dx + dy*dy + dz*dz
			mag := dt / (d2 * math.Sqrt(d2))
			bm, am := b.mass*mag, a.mass*mag
			a.vx -= dx * bm
			a.vy -= dy * bm
			a.vz -= dz * bm
			b.vx += dx * am
			b.vy += dy * am
			b.vz += dz * am
		}
	}
	for i := range bodies {
		b := &bodies[i]
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}

func energy(bodies []body) float64 {
	e := 0.0
	for i := range bodies {
		a := &bodies[i]
		e = e + 0.5*a.mass*(a.vx*a.vx+a.vy*a.vy+a.vz*a.vz)
		for j := i + 1; j < len(bodies); j++ {
			b := &bodies[j]
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			e = e - a.mass*b.mass/math.Sqrt(dx*dx+dy*dy+dz*dz)
		}
	}
	return e
}

func main() {
	bodies := []body{
		{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743},
		{4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.6063263929958321,
			2.81198684491626, -0.02521836165988763, 0.03769367487038949},
		{8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924,
			1.8256623712304119, 0.008415761376584154, 0.011286326131968767},
		{12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354,
			0.8687130181696082, -0.010832637401363636, 0.0017237240570597112},
		{15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898,
			0.5946989986476762, -0.034755955550407186, 0.0020336868699246304},
	}
	for i := 0; i < 400000; i++ {
		advance(bodies, 0.01)
	}
	fmt.Printf("%.0f\n", math.Floor(energy(bodies)*1000000000.0))
}
