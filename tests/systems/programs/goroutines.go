// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

// Goroutines that sleep, or that are busy; a line of JSON tells how many there are.
//
//	goroutines sleep|busy N
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

// Each has a period of its own, so that they do not wake all at once.
func sleep(number int, started chan<- bool) {
	started <- true
	for {
		time.Sleep(500*time.Millisecond + time.Duration(number)*50*time.Microsecond)
	}
}

func busy(_ int, started chan<- bool) {
	started <- true
	for sum := 0; ; sum++ {
		if sum%1000000 == 0 {
			runtime.Gosched()
		}
	}
}

func main() {
	kinds := map[string]func(int, chan<- bool){"sleep": sleep, "busy": busy}
	kind, n := kinds[os.Args[1]], os.Args[2]
	count, err := strconv.Atoi(n)
	if err != nil || kind == nil {
		os.Exit(2)
	}
	started := make(chan bool)
	for i := 0; i < count; i++ {
		go kind(i, started)
		<-started
	}
	line, _ := json.Marshal(map[string]any{
		"pids": []int{os.Getpid()}, "tasks": runtime.NumGoroutine(),
		"procs": runtime.GOMAXPROCS(0)})
	fmt.Println(string(line))
	select {}
}
