package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"unicode/utf8"
)

var (
	brokers = os.Getenv("BROKERS")
	group   = os.Getenv("GROUP")
	topic   = os.Getenv("TOPIC")
	out     = os.Getenv("OUT")
	dlq     = os.Getenv("DLQ")
	variant = os.Getenv("VARIANT")
)

const largestRecord = 16_000_000 // a dead letter must fit wherever its original did

type header struct {
	name  string
	value []byte
}

// loose is a parcel as most people read it: what is missing becomes 0, false or empty.
type loose struct {
	ParcelID  string   `json:"parcel_id"`
	Number    int64    `json:"number"`
	Recipient string   `json:"recipient"`
	Express   bool     `json:"express"`
	Status    string   `json:"status"`
	Weight    *float64 `json:"weight,omitempty"`
	Note      *string  `json:"note,omitempty"`
}

// sorted is what goes out for a record, or why it must not.
func sorted(key, value []byte, headers []header) ([]byte, error) {
	switch variant {
	case "loose":
		var parcel loose
		if err := json.Unmarshal(value, &parcel); err != nil {
			return nil, err
		}
		return json.Marshal(parcel)
	case "zero_is_missing":
		var parcel loose
		if err := json.Unmarshal(value, &parcel); err != nil || parcel.Number == 0 {
			return nil, errors.New("no number")
		}
	}
	return value, check(key, value, headers)
}

// check reads a parcel strictly.
func check(key, value []byte, headers []header) error {
	if !utf8.Valid(value) {
		return errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var parcel map[string]any
	if err := decoder.Decode(&parcel); err != nil || parcel == nil {
		return errors.New("no JSON object")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	id, _ := parcel["parcel_id"].(string)
	number, isNumber := parcel["number"].(json.Number)
	count, err := number.Int64()
	recipient, _ := parcel["recipient"].(string)
	length := utf8.RuneCountInString(recipient)
	_, known := parcel["express"].(bool)
	status, _ := parcel["status"].(string)
	switch {
	case id == "" || id != string(key):
		return errors.New("the key is not the parcel's id")
	case !isNumber || err != nil || count < 0:
		return errors.New("no number")
	case length < 1 || length > 60:
		return errors.New("no recipient")
	case !known:
		return errors.New("not known whether express")
	case status != "NEW" && status != "PAID":
		return errors.New("no status")
	case !optional(parcel, "weight", isWeight) || !optional(parcel, "note", isNote):
		return errors.New("no weight or note")
	case !correlated(headers):
		return errors.New("no correlation id")
	}
	return nil
}

func optional(parcel map[string]any, name string, holds func(any) bool) bool {
	value, there := parcel[name]
	return !there || holds(value)
}

func isWeight(value any) bool {
	number, ok := value.(json.Number)
	weight, err := number.Float64()
	return ok && (err == nil || math.IsInf(weight, 1)) && weight >= 0
}

func isNote(value any) bool {
	_, ok := value.(string)
	return ok || value == nil
}

func correlated(headers []header) bool {
	var id []byte
	for _, one := range headers {
		if one.name == "correlation_id" {
			id = one.value
		}
	}
	return len(id) > 0 && utf8.Valid(id)
}
