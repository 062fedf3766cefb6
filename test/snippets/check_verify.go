package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/snippets/webhooks"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		seconds, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			panic(err)
		}
		body, err := base64.StdEncoding.DecodeString(parts[5])
		if err != nil {
			panic(err)
		}
		header := http.Header{}
		header.Set("Webhook-Id", parts[2])
		header.Set("Webhook-Timestamp", parts[3])
		header.Set("Webhook-Signature", parts[4])
		if webhooks.Verify(header, body, parts[1], time.Unix(seconds, 0)) == nil {
			fmt.Println("accepted")
		} else {
			fmt.Println("refused")
		}
	}
}
