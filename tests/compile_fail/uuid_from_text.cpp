// expect: error: could not convert .* to .lasagne::Uuid.|error: conversion from .const char|error: no viable conversion
#include "lasagne/uuid.hpp"

// A string is no id: parse it.
const lasagne::Uuid id = "01909e6c-0000-7000-8000-000000000000";
