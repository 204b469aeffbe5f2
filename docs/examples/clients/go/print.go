// Lines to the terminal.

package main

import (
	"fmt"
	"os"
	"strings"
	"unicode"
)

func tell(format string, values ...any) {
	show(os.Stderr, format, values...)
}

// Prints a line; what a terminal would obey or hide shows as its code point, such as \u001b.
func show(file *os.File, format string, values ...any) {
	var line strings.Builder
	for _, character := range fmt.Sprintf(format, values...) {
		if unicode.IsPrint(character) {
			line.WriteRune(character)
		} else {
			fmt.Fprintf(&line, `\u%04x`, character)
		}
	}
	fmt.Fprintln(file, line.String())
}
