/// Why samples that a target sent are not stored. The words are those of the counter's label.
enum LeftOut: String, CaseIterable {
    case sampleLimit = "sample_limit"
    case labelLimit = "label_limit"
    case labelNameLengthLimit = "label_name_length_limit"
    case labelValueLengthLimit = "label_value_length_limit"
    case bodySizeLimit = "body_size_limit"
    case duplicate
    case future
    case outOfRange = "out_of_range"

    /// What is said on the target where there is no more to say.
    var sentence: String {
        switch self {
        case .duplicate: "duplicate sample"
        case .future: "timestamp in the future"
        case .outOfRange: "timestamp out of range"
        default: "\(rawValue) exceeded"
        }
    }
}
