// Verifies the sample of npm run check:interop by golang.org/x/mod/sumdb and by transparency-dev's formats and merkle.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var refused int

func main() {
	folder := os.Args[1]
	verifier := must(note.NewVerifier(string(read(folder, "key"))))
	inclusion := must(filepath.Glob(filepath.Join(folder, "inclusion", "*")))
	for _, file := range inclusion {
		checkInclusion(verifier, read(file))
	}
	consistency := must(filepath.Glob(filepath.Join(folder, "consistency", "*")))
	for _, file := range consistency {
		checkConsistency(verifier, read(file, "older"), string(read(file, "newer")))
	}
	fmt.Printf("inclusion=%d consistency=%d refused=%d\n", len(inclusion), len(consistency), refused)
}

func checkInclusion(verifier note.Verifier, text []byte) {
	var p proof.TLogProof
	require(p.Unmarshal(text), "parse")
	checkpoint := open(verifier, p.Checkpoint)
	data := entryOf(p.ExtraData)
	verify := func(data []byte) error {
		var path tlog.RecordProof
		var hashes [][]byte
		for _, hash := range p.Hashes {
			path = append(path, hash)
			hashes = append(hashes, hash[:])
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(data)
		err := merkle.VerifyInclusion(rfc6962.DefaultHasher, p.Index, checkpoint.Size, leaf, hashes, checkpoint.Hash)
		root := tlog.Hash(checkpoint.Hash)
		other := tlog.CheckRecord(path, int64(checkpoint.Size), root, int64(p.Index), tlog.RecordHash(data))
		return agree(err, other)
	}
	require(verify(data), "inclusion")
	data[len(data)-2] ^= 1
	refuse(verify(data), "inclusion")
}

func checkConsistency(verifier note.Verifier, olderNote []byte, text string) {
	head, newerNote, _ := strings.Cut(text, "\n\n")
	older := open(verifier, olderNote)
	newer := open(verifier, []byte(newerNote))
	lines := strings.Split(head, "\n")
	if lines[0] != "old "+strconv.FormatUint(older.Size, 10) {
		fail("the proof is from another size")
	}
	var tree tlog.TreeProof
	hashes := [][]byte{}
	for _, line := range lines[1:] {
		hash := must(base64.StdEncoding.Strict().DecodeString(line))
		tree = append(tree, tlog.Hash(hash))
		hashes = append(hashes, hash)
	}
	verify := func(root []byte) error {
		err := merkle.VerifyConsistency(rfc6962.DefaultHasher, older.Size, newer.Size, hashes, root, newer.Hash)
		other := tlog.CheckTree(tree, int64(newer.Size), tlog.Hash(newer.Hash), int64(older.Size), tlog.Hash(root))
		return agree(err, other)
	}
	require(verify(older.Hash), "consistency")
	changed := bytes.Clone(older.Hash)
	changed[0] ^= 1
	refuse(verify(changed), "consistency")
}

// open verifies the note of a checkpoint, and that it is refused when a bit of its text is changed.
func open(verifier note.Verifier, text []byte) *log.Checkpoint {
	checkpoint, _, _, err := log.ParseCheckpoint(text, verifier.Name(), verifier)
	require(err, "checkpoint")
	changed := bytes.Clone(text)
	changed[bytes.IndexByte(changed, '\n')+1] ^= 1
	if _, _, _, err := log.ParseCheckpoint(changed, verifier.Name(), verifier); err == nil {
		fail("a changed checkpoint was accepted")
	}
	return checkpoint
}

// entryOf returns the data of the entry, which its leaf hashes, after comparing its digest with the content behind it.
func entryOf(extra []byte) []byte {
	parts := bytes.SplitAfterN(extra, []byte("\n"), 5)
	digest := sha256.Sum256(parts[4])
	if hex.EncodeToString(digest[:])+"\n" != string(parts[3]) {
		fail("the content has another digest")
	}
	return bytes.Join(parts[:4], nil)
}

func agree(one, other error) error {
	if (one == nil) != (other == nil) {
		fail(fmt.Sprintf("the two libraries disagree: %v, %v", one, other))
	}
	return one
}

func refuse(err error, what string) {
	if err == nil {
		fail("a changed proof was accepted: " + what)
	}
	refused++
}

func require(err error, what string) {
	if err != nil {
		fail(what + ": " + err.Error())
	}
}

func must[T any](value T, err error) T {
	require(err, "cannot read the sample")
	return value
}

func read(parts ...string) []byte {
	return must(os.ReadFile(filepath.Join(parts...)))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
